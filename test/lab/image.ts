import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hostAptOptions, hostSources, suite } from './apt-sources.ts'
import { must } from './command.ts'
import { oneAtATime } from './once.ts'
import { droppedPaths, groundPackages, imagePackages, offlinePackages } from './packages.ts'
import { cacheFolder } from './places.ts'

/** A built root file system and the keys that were baked into it. */
export interface Image {
  readonly disk: string
  readonly clientKey: string
  readonly hostPublicKey: string
}

const ingredients = join(import.meta.dirname, 'image')

const imageAt = (folder: string): Image => ({
  disk: join(folder, 'root.img'),
  clientKey: join(folder, 'id_ed25519'),
  hostPublicKey: join(folder, 'ssh_host_ed25519_key.pub'),
})

const kernelModules = async (): Promise<string> => {
  const version = (await must(['linux.uml', '--version'])).trim()
  return join('/usr/lib/uml/modules', version)
}

/** What the image is made from, as a short name: another recipe is another image. */
const recipeName = async (): Promise<string> => {
  const sum = createHash('sha256')
  const kernel = await must(['dpkg-query', '-W', '-f', '${Version}', 'user-mode-linux'])
  sum.update(
    JSON.stringify([suite, kernel, imagePackages, groundPackages, offlinePackages, droppedPaths]),
  )
  const entries = await readdir(ingredients, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const paths = files.map((file) => join(file.parentPath, file.name)).sort()
  for (const path of [...paths, import.meta.filename]) {
    const { mode } = await stat(path)
    sum.update(`\n${path.slice(import.meta.dirname.length)} ${mode.toString(8)}\n`)
    sum.update(await readFile(path))
  }
  return `${suite}-${sum.digest('hex').slice(0, 16)}`
}

const makeKey = (path: string, comment: string): Promise<string> =>
  must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path])

const makeTree = async (tree: string, keys: string): Promise<void> => {
  const aptOptions = (await hostAptOptions()).map((line) => `--aptopt=${line}`)
  const argv = [
    'mmdebstrap',
    '--quiet',
    '--mode=root',
    '--variant=minbase',
    '--format=directory',
    // The lists of /srv/debs must stay: the machines have no network to read them from.
    '--skip=cleanup/apt/lists',
    `--include=${[...imagePackages, ...groundPackages].join(',')}`,
    ...droppedPaths.map((path) => `--dpkgopt=path-exclude=${path}`),
    ...aptOptions,
    `--customize-hook=${join(ingredients, 'customize.sh')}`,
    suite,
    tree,
    ...(await hostSources()),
  ]
  const env = {
    ...process.env,
    LAB_ROOTFS: join(ingredients, 'rootfs'),
    LAB_KEYS: keys,
    LAB_MODULES: await kernelModules(),
    LAB_OFFLINE: offlinePackages.join(' '),
  }
  await must(argv, { env })
}

const build = async (folder: string): Promise<void> => {
  const tree = join(folder, 'tree')
  await mkdir(folder, { recursive: true })
  await makeKey(join(folder, 'id_ed25519'), 'lbprov-lab')
  await makeKey(join(folder, 'ssh_host_ed25519_key'), 'lbprov-lab-host')
  await makeTree(tree, folder)
  const disk = imageAt(folder).disk
  await must(['truncate', '-s', '1600M', disk])
  // Tables written now are not written by every machine at its first boot.
  const options = ['-E', 'lazy_itable_init=0', '-N', '65536', '-m', '0']
  await must(['mke2fs', '-q', '-t', 'ext4', ...options, '-d', tree, disk])
  await rm(tree, { recursive: true })
  await rm(join(folder, 'ssh_host_ed25519_key'))
}

/** The lab's root image: from the cache, or built now. */
export const prepareImage = async (say: (line: string) => void): Promise<Image> => {
  const name = await recipeName()
  const folder = join(cacheFolder(), name)
  if (existsSync(folder)) return imageAt(folder)
  await mkdir(cacheFolder(), { recursive: true })
  return oneAtATime(`${folder}.lock`, async () => {
    // Another builder may have been at it while this one waited.
    if (existsSync(folder)) return imageAt(folder)
    say(`Building the machines' image (${name}), once: it is kept in ${cacheFolder()}`)
    const began = Date.now()
    const unfinished = `${folder}.unfinished`
    await rm(unfinished, { recursive: true, force: true })
    await build(unfinished)
    await rename(unfinished, folder)
    say(`Image built in ${String(Math.round((Date.now() - began) / 1000))} s`)
    return imageAt(folder)
  })
}
