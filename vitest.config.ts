import { defineConfig } from 'vitest/config'

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
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
