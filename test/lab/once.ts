import { open, readFile, unlink } from 'node:fs/promises'
import { sleep } from './command.ts'

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const take = async (path: string): Promise<boolean> => {
  try {
    const file = await open(path, 'wx')
    await file.write(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

const dropDead = async (path: string): Promise<void> => {
  const owner = Number(await readFile(path, 'utf8').catch(() => ''))
  if (owner > 0 && !isAlive(owner)) await unlink(path).catch(() => undefined)
}

/** Does a piece of work while nobody else does it: a lock file with a pid, free again when its owner is dead. */
export const oneAtATime = async <Result>(
  path: string,
  work: () => Promise<Result>,
): Promise<Result> => {
  while (!(await take(path))) {
    await dropDead(path)
    await sleep(500)
  }
  try {
    return await work()
  } finally {
    await unlink(path).catch(() => undefined)
  }
}
