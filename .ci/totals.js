// Adds up vitest's own reports and prints the totals as the last line: node totals.js STATUS REPORT…
import { readFileSync } from 'node:fs'

const [status, ...files] = process.argv.slice(2)
let passed = 0
let failed = 0
let skipped = 0
for (const file of files) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    passed += report.numPassedTests
    failed += report.numFailedTests
    skipped += report.numPendingTests + report.numTodoTests
    // A file that could not even be loaded has no tests to count.
    if (report.numFailedTests === 0 && report.numFailedTestSuites > 0)
      failed += report.numFailedTestSuites
  } catch (error) {
    console.error(`${file}: no report (${error.message}): the run ended before its tests did`)
    failed += 1
  }
}
if (status !== '0' && failed === 0) failed += 1
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed === 0 ? 0 : 1
