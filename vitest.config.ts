import { defineConfig } from 'vitest/config'

// Labs that mostly wait, for guards and dead links, and time nothing: two of them fit on two processors.
const waiting = ['interruption', 'lockout', 'example', 'ways'].map(
  (name) => `test/lab/${name}.test.ts`,
)
const lab = { testTimeout: 600_000, hookTimeout: 900_000 }

// Three rings: `fast` needs nothing, `hosts` needs root and sshd for toy hosts, `lab` real machines.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', 'test/**/*.hosts.test.ts'],
          // Only what hangs: a law under load takes its time.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'hosts',
          include: ['test/**/*.hosts.test.ts'],
          exclude: ['test/lab/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...lab,
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          exclude: waiting,
          // They measure how long a failover takes, and how many requests a second are answered.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...lab,
          name: 'lab-waiting',
          include: waiting,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
