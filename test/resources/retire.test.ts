import { describe, expect, it } from 'vitest'

import type { Resource, ResourceKind } from '../../src/resource.ts'
import { address } from '../../src/resources/address.ts'
import { command } from '../../src/resources/command.ts'
import { file } from '../../src/resources/file.ts'
import { ifupdown_sources } from '../../src/resources/ifupdown_sources.ts'
import { kernel_module } from '../../src/resources/kernel_module.ts'
import { link } from '../../src/resources/link.ts'
import { packageResource, removePackages } from '../../src/resources/package.ts'
import { route } from '../../src/resources/route.ts'
import { service } from '../../src/resources/service.ts'
import { sha256 } from '../../src/resources/sha256.ts'
import type { Answer } from '../../src/sh/answer.ts'
import { asShown, bound, casesOf, type ShownChange } from './case-files.ts'
import { remembered } from './way-back.ts'

type Answers = Readonly<Record<string, string | Answer>>

const answered = (answers: Answers): Readonly<Record<string, Answer>> =>
  Object.fromEntries(
    Object.entries(answers).map(([part, answer]) => [
      part,
      typeof answer === 'string' ? { exit: 0, out: answer, err: '' } : answer,
    ]),
  )

interface Back {
  readonly changes: readonly ShownChange[]
  readonly left: readonly string[]
}

/** What has to be done where `wishes` were done to a host that was as `before`, and that is as `is` now. */
const back = (
  kind: ResourceKind,
  wishes: readonly [Resource, ...Resource[]],
  before: Answers,
  is: Answers,
): Back => {
  const orphan = kind.orphan(remembered(wishes[0], answered(before), ...wishes.slice(1)))
  expect(Object.keys(is).sort()).toEqual(Object.keys(orphan.probe).sort())
  return {
    changes: orphan.judge(answered(is)).map(asShown),
    left: orphan.left?.(answered(is)) ?? [],
  }
}

const nothing: Back = { changes: [], left: [] }

const plainKinds = [
  address,
  command,
  file,
  ifupdown_sources,
  kernel_module,
  link,
  packageResource,
  route,
  service,
]

describe.each(plainKinds.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  const cases = casesOf(kind).filter(
    ({ error, refused }) => error === undefined && refused === undefined,
  )
  it.each(cases.map((each) => [each.name, each] as const))(
    'a host that is as it was found needs nothing: %s',
    (_, each) => {
      const wish = bound(each)
      const orphan = kind.orphan(remembered(wish, each.answers))
      expect(orphan.id).toBe(wish.id)
      expect(Object.keys(orphan.probe).sort()).toEqual(Object.keys(wish.probe).sort())
      // But for a daemon that had not read its file then either: it may as well.
      const changes = orphan.judge(each.answers).map(({ after }) => after)
      expect(changes.filter((after) => after !== 'reloaded' && after !== 'restarted')).toEqual([])
      expect(orphan.left?.(each.answers)).toEqual([])
      expect(orphan.remember(each.answers)).toBeUndefined()
    },
  )

  it('a line that is not of its wishes is refused', () => {
    const entry = { kind: kind.name, id: 'x', wish: { odd: 1 }, before: {}, wrote: [] }
    expect(() => kind.orphan(entry)).toThrow("the manifest's line about x is not understood")
  })
})

const held = (text: string, attributes = 'root/root/644'): Answers => ({
  stat: `regular file/${attributes}\n`,
  sum: `${sha256(text)}  -\n`,
  text,
})
const absent = (...facts: readonly string[]): Answers => ({
  stat: ['absent', ...facts, ''].join('\n'),
  sum: '',
  text: '',
})

describe('file', () => {
  const path = '/etc/a/b'
  const wish = file.bind({ path, content: 'ours\n' })
  const fileBack = (before: Answers, is: Answers, ...later: readonly Resource[]): Back =>
    back(file, [wish, ...later], before, is)
  const one = (before: string, after?: string, what = path): Back => ({
    changes: [{ what, before, ...(after !== undefined && { after }) }],
    left: [],
  })

  it('goes, or is as it was', () => {
    expect(fileBack(absent(), held('ours\n'))).toEqual(one('as lbprov wrote it'))
    expect(fileBack(held('old\n'), held('ours\n'))).toEqual(
      one('as lbprov wrote it', 'as it was found'),
    )
  })

  it('of an earlier run is known too, and one that lbprov wrote never', () => {
    const later = file.bind({ path, content: 'later\n' })
    expect(fileBack(absent(), held('ours\n'), later)).toEqual(one('as lbprov wrote it'))
    expect(fileBack(absent(), held('later\n'), later)).toEqual(one('as lbprov wrote it'))
    expect(fileBack(absent(), held('other\n'), later).changes).toEqual([])
  })

  it('edited, deleted or replaced since is left, and said', () => {
    const edited = `${path} was edited since lbprov wrote it, so it is left as it is; `
    expect(fileBack(absent(), held('mine\n'))).toEqual({
      changes: [],
      left: [`${edited}delete it by hand if the edits are not needed.`],
    })
    expect(fileBack(held('old\n'), held('mine\n'))).toEqual({
      changes: [],
      left: [`${edited}put back what stood there before by hand if the edits are not needed.`],
    })
    expect(fileBack(held('old\n'), absent()).left).toEqual([
      `${path} was deleted since lbprov wrote it, so what stood there before lbprov is not put back; put it back from a backup if it is missed.`,
    ])
    expect(
      fileBack(absent(), { stat: 'directory/root/root/755\n', sum: '', text: '' }).left,
    ).toEqual([`${path} is no regular file any more (directory), so it is left as it is.`])
  })

  it('of which attributes alone were changed has them back', () => {
    const is = held('ours\n', 'lvs/root/600')
    expect(fileBack(held('ours\n', 'root/adm/640'), is).changes).toEqual([
      { what: `${path}, owner`, before: 'lvs', after: 'root' },
      { what: `${path}, group`, before: 'root', after: 'adm' },
      { what: `${path}, mode`, before: '0600', after: '0640' },
    ])
    // Nobody knows the number of one without a name.
    expect(fileBack(held('ours\n', 'UNKNOWN/UNKNOWN/600'), is)).toEqual(nothing)
  })

  it('that was no UTF-8 text is left, and said', () => {
    const before = { ...held('caf\ufffd\n'), sum: `${'a'.repeat(64)}  -\n` }
    const left = fileBack(before, held('ours\n'))
    expect(left.changes).toEqual([])
    expect(left.left[0]).toMatch(/^\/etc\/a\/b was no UTF-8 text before lbprov wrote it/)
    expect(fileBack(held('\0'), held('ours\n')).changes).toEqual([])
  })

  it('gone before its directories were: they go', () => {
    const before = absent('missing /etc/a')
    expect(fileBack(before, absent('empty /etc/a'))).toEqual(
      one('an empty directory that lbprov made', undefined, '/etc/a'),
    )
    expect(fileBack(before, absent('missing /etc/a', 'empty /etc'))).toEqual(nothing)
    expect(fileBack(before, absent())).toEqual(nothing)
  })

  it('shows nothing of what stood there, nor of the wish', () => {
    const entry = remembered(wish, answered(held('auth_pass hunter2\n')))
    const changes = file.orphan(entry).judge(answered(held('ours\n')))
    expect(changes.map(({ run }) => run.text).join()).toContain('hunter2')
    expect(JSON.stringify(changes)).not.toContain('hunter2')
    const secret = file.bind({ path, content: ['pass ', 'word\n'] })
    expect(JSON.stringify(secret.remember(answered(absent())))).not.toContain('word')
  })
})

describe('service', () => {
  const path = '/etc/keepalived/keepalived.conf'
  const wish = (text: string, more = {}): Resource =>
    service.bind({ name: 'keepalived', loads: [{ path, sha256: sha256(text) }], ...more })
  const unit = (active: string, file: string, more = ''): string =>
    `LoadState=loaded\nActiveState=${active}\nUnitFileState=${file}\nCanReload=yes\n${more}`
  const sumOf = (text: string): string => `${sha256(text)}  -\n`
  const answers = (state: string, text: string, loaded = text): Answers => ({
    unit: state,
    files: text === '' ? '-\n' : sumOf(text),
    changed: '1\n',
    daemon: '1-2 9\n',
    note: `1-2\n${loaded === '' ? '-\n' : sumOf(loaded)}`,
  })
  const running = unit('active', 'enabled')
  const stopped: ShownChange = {
    what: 'keepalived.service, live',
    before: 'active',
    after: 'stopped',
  }
  const disabled: ShownChange = {
    what: 'keepalived.service, saved',
    before: 'enabled',
    after: 'not started at boot',
  }

  it('stops, and is not started at boot, where lbprov started and enabled it', () => {
    const missing = answers(
      'LoadState=not-found\nActiveState=inactive\nUnitFileState=\nCanReload=no\n',
      '',
    )
    const is = answers(running, 'a')
    expect(back(service, [wish('a')], missing, is)).toEqual({
      changes: [stopped, disabled],
      left: [],
    })
    const only = answers(unit('inactive', 'enabled'), 'a')
    expect(back(service, [wish('a')], only, is).changes).toEqual([stopped])
    const disabledBefore = answers(unit('active', 'disabled'), 'a')
    expect(back(service, [wish('a')], disabledBefore, is).changes).toEqual([disabled])
    // Purged with its package.
    expect(back(service, [wish('a')], missing, missing)).toEqual(nothing)
    // One that cannot start is tried again and again.
    const failing = answers(unit('activating', 'enabled'), 'a')
    expect(back(service, [wish('a')], only, failing).changes).toEqual([
      { ...stopped, before: 'activating' },
    ])
  })

  it('that was only enabled is not stopped', () => {
    const before = answers(unit('inactive', 'disabled'), 'a')
    const wished = wish('a', { running: false })
    expect(back(service, [wished], before, answers(running, 'a')).changes).toEqual([disabled])
  })

  it('that nothing can enable or disable is let be', () => {
    const before = answers(
      'LoadState=not-found\nActiveState=active\nUnitFileState=\nCanReload=no\n',
      'a',
    )
    expect(back(service, [wish('a')], before, answers(unit('active', 'static'), 'a'))).toEqual(
      nothing,
    )
  })

  it('masked since is let be', () => {
    const before = answers(unit('inactive', 'disabled'), 'a')
    const is = answers(
      'LoadState=masked\nActiveState=inactive\nUnitFileState=masked\nCanReload=no\n',
      'a',
    )
    expect(back(service, [wish('a')], before, is)).toEqual(nothing)
  })

  it('that ran before keeps running, and reads its file once it is as it was', () => {
    const before = answers(running, 'old')
    const reload: ShownChange = {
      what: 'keepalived.service, live',
      before: 'running with an older keepalived.conf',
      after: 'reloaded',
    }
    const known = (is: Answers): Back => back(service, [wish('a'), wish('b')], before, is)
    expect(known(answers(running, 'b')).changes).toEqual([reload])
    expect(known(answers(running, 'a')).changes).toEqual([reload])
    expect(known(answers(running, 'old', 'b')).changes).toEqual([reload])
    expect(known(answers(running, 'old'))).toEqual(nothing)
    // Somebody edited it, so it stays; and somebody stopped the daemon.
    expect(known(answers(running, 'edited'))).toEqual(nothing)
    expect(known(answers(unit('inactive', 'enabled'), 'b'))).toEqual(nothing)
  })

  it('that cannot reload says so, or is restarted where that is allowed', () => {
    const cannot = running.replace('CanReload=yes', 'CanReload=no')
    const [before, is] = [answers(cannot, 'old'), answers(cannot, 'a')]
    expect(back(service, [wish('a')], before, is)).toEqual({
      changes: [],
      left: [
        'keepalived.service cannot reload, so it keeps running with an older keepalived.conf; restart it by hand once that may drop its connections.',
      ],
    })
    expect(
      back(service, [wish('a', { restart: true })], before, is).changes.map(({ after }) => after),
    ).toEqual(['restarted'])
  })
})

describe('kernel_module', () => {
  const wish = kernel_module.bind({ name: 'ip_vs' })
  const none = { live: '', saved: '', all: 'ext4\n' }
  const ours = { live: 'loaded\n', saved: 'ip_vs\n', all: 'ip_vs\n' }

  it('is not loaded at boot any more; one that stays loaded is no difference', () => {
    expect(back(kernel_module, [wish], none, ours).changes).toEqual([
      {
        what: 'module ip_vs, saved',
        before: 'loaded at boot',
        note: 'it is unloaded now too, unless something uses it',
      },
    ])
    expect(back(kernel_module, [wish], none, { ...ours, saved: '' })).toEqual(nothing)
  })

  it('loaded before stays, and so does a file that was edited', () => {
    const before = { live: 'loaded\n', saved: '# by hand\nip_vs\n', all: 'ip_vs\n' }
    const entry = remembered(wish, answered(before))
    const [change] = kernel_module.orphan(entry).judge(answered(ours))
    expect(change?.after).toBe('as it was found')
    expect(change?.run.text).toContain('by hand')
    expect(change?.run.text).not.toContain('modprobe')
    expect(back(kernel_module, [wish], none, { ...ours, saved: 'ip_vs\nx\n' }).left).toEqual([
      '/etc/modules-load.d/lbprov-ip_vs.conf was edited since lbprov wrote it, so it is left as it is; delete it by hand if ip_vs need not be loaded at boot.',
    ])
  })
})

describe('address', () => {
  const line = (spelled: string, device = 'eth0'): string =>
    `2: ${device}    inet ${spelled} scope global ${device}\\       valid_lft forever preferred_lft forever\n`
  const wish = address.bind({ device: 'eth0', address: '10.0.0.5', prefix: 24 })
  const live = (...found: readonly string[]): Answers => ({ live: found.join('') })
  const what = 'address on eth0, live'

  it('goes where it was not, and has the prefix that it had', () => {
    expect(back(address, [wish], live(), live(line('10.0.0.5/24'))).changes).toEqual([
      { what, before: '10.0.0.5/24', severs: true },
    ])
    const before = live(line('10.0.0.5/25 brd 10.0.0.127'))
    expect(back(address, [wish], before, live(line('10.0.0.5/24'))).changes).toEqual([
      { what, before: '10.0.0.5/24', after: '10.0.0.5/25', severs: true },
    ])
  })

  it('with a second prefix that lbprov took away has it again', () => {
    const before = live(line('10.0.0.5/24'), line('10.0.0.5/32'))
    expect(back(address, [wish], before, live(line('10.0.0.5/24'))).changes).toEqual([
      { what, after: '10.0.0.5/32', severs: true },
    ])
  })

  it('of an earlier wish goes too; what others did stays', () => {
    const earlier = address.bind({ device: 'eth0', address: '10.0.0.5', prefix: 28 })
    expect(
      back(address, [earlier, wish], live(), live(line('10.0.0.5/28'))).changes[0]?.before,
    ).toBe('10.0.0.5/28')
    expect(back(address, [wish], live(), live(line('10.0.0.5/30')))).toEqual(nothing)
    expect(back(address, [wish], live(), live(line('10.0.0.5/24', 'eth1')))).toEqual(nothing)
    expect(back(address, [wish], live(line('10.0.0.5/25')), live())).toEqual(nothing)
  })
})

describe('route', () => {
  const wish = route.bind({ via: '10.0.0.9', device: 'eth0' })
  const routeBack = (before: string, is: string): Back =>
    back(route, [wish], { live: before }, { live: is })
  const what = 'default route, live'
  const ours = 'default via 10.0.0.9 dev eth0 \n'

  it('goes where there was none, and is what it was', () => {
    expect(routeBack('', ours).changes).toEqual([
      { what, before: '10.0.0.9 dev eth0', severs: true },
    ])
    const before = 'default via 10.0.0.1 dev eth0 proto static src 10.0.0.5 \n'
    expect(routeBack(before, ours).changes).toEqual([
      { what, before: '10.0.0.9 dev eth0', after: '10.0.0.1 dev eth0', severs: true },
    ])
  })

  it('lets a weaker one win again, or brings it back after a reboot', () => {
    const before = 'default via 10.0.0.1 dev eth0 proto dhcp metric 100 \n'
    const commands = (is: string): readonly (readonly string[])[] =>
      route
        .orphan(remembered(wish, answered({ live: before })))
        .judge(answered({ live: is }))
        .map((change) => [change.run.text, change.severs === true ? change.undo.text : ''])
    expect(commands(ours + before)).toEqual([
      [
        'set -e\nip -4 route del default via 10.0.0.9 dev eth0',
        'ip -4 route replace default via 10.0.0.9 dev eth0',
      ],
    ])
    expect(commands('default via 10.0.0.9 dev eth0 proto static metric 100 \n')).toEqual([
      [
        'set -e\nip -4 route replace default via 10.0.0.1 dev eth0 metric 100 proto dhcp',
        'ip -4 route replace default via 10.0.0.9 dev eth0 metric 100 proto static',
      ],
    ])
    expect(commands('default via 10.0.0.9 dev eth0 onlink \n')).toEqual([
      [
        'set -e\nip -4 route replace default via 10.0.0.1 dev eth0 metric 100 proto dhcp\nip -4 route del default via 10.0.0.9 dev eth0 onlink',
        'ip -4 route replace default via 10.0.0.9 dev eth0 onlink\nip -4 route del default via 10.0.0.1 dev eth0 metric 100 proto dhcp',
      ],
    ])
  })

  it("is let be where it is somebody else's", () => {
    expect(routeBack('', 'default via 10.0.0.7 dev eth0 \n')).toEqual(nothing)
    expect(routeBack('default via 10.0.0.1 dev eth0 \n', '')).toEqual(nothing)
  })
})

describe('link', () => {
  const wish = link.bind({ device: 'eth1' })
  const is = (flags: string): Answers => ({
    live: `2: eth1: <BROADCAST,MULTICAST${flags}> mtu 1500 qdisc noqueue\n`,
  })

  it('goes down where it was down, with the way back; a card that is gone is no fault', () => {
    expect(back(link, [wish], is(''), is(',UP')).changes).toEqual([
      { what: 'eth1, live', before: 'up', after: 'down', severs: true },
    ])
    expect(back(link, [wish], is(''), { live: '1: lo: <LOOPBACK,UP> mtu 65536\n' })).toEqual(
      nothing,
    )
    const tunnel = link.bind({ device: 'tunl0', made_by: 'ipip' })
    const up = { live: '3: tunl0@NONE: <NOARP,UP,LOWER_UP> mtu 1480\n' }
    expect(back(link, [tunnel], { live: '' }, up).changes).toHaveLength(1)
  })
})

describe('ifupdown_sources', () => {
  const wish = ifupdown_sources.bind({ devices: ['eth0'] })
  const main = (text: string | undefined): Answers => ({
    main: text ?? '',
    there: text === undefined ? '/etc/network\n' : '/etc/network\n/etc/network/interfaces\n',
    stanzas: '',
  })
  const ours = 'source /etc/network/interfaces.d/lbprov-*\n'
  const what = '/etc/network/interfaces'
  const sourcesBack = (before: string | undefined, is: string | undefined): Back =>
    back(ifupdown_sources, [wish], main(before), main(is))

  it.each([
    ['auto lo\n', `auto lo\n${ours}`],
    ['auto lo', `auto lo\n${ours}`],
    ['', ours],
    ['auto lo\n', `auto lo\nsource /etc/network/interfaces.d/lbprov-eth0.1\n${ours}`],
  ])('%j is as it was, to the byte', (before, is) => {
    expect(sourcesBack(before, is)).toEqual({
      changes: [{ what, before: 'as lbprov wrote it', after: 'as it was found' }],
      left: [],
    })
  })

  it('that was not there goes', () => {
    expect(sourcesBack(undefined, ours).changes).toEqual([{ what, before: 'as lbprov wrote it' }])
    expect(sourcesBack(undefined, undefined)).toEqual(nothing)
  })

  it('edited since is left, and said while a line of ours is in it', () => {
    expect(sourcesBack('auto lo\n', `auto lo\n${ours}iface eth9 inet dhcp\n`)).toEqual({
      changes: [],
      left: [
        '/etc/network/interfaces was edited since lbprov wrote it, so it is left as it is; take the lines "source /etc/network/interfaces.d/lbprov-…" out of it by hand.',
      ],
    })
    expect(sourcesBack('auto lo\n', 'auto lo eth9\n')).toEqual(nothing)
    expect(sourcesBack('auto lo\n', undefined)).toEqual(nothing)
  })

  it('does not mind who else sets the interface by now', () => {
    const is = {
      ...main(`auto lo\n${ours}`),
      stanzas: '/etc/network/interfaces:1:iface eth0 inet dhcp\n',
    }
    expect(back(ifupdown_sources, [wish], main('auto lo\n'), is).changes).toHaveLength(1)
  })
})

describe('package and command', () => {
  it('packages stay; those that lbprov installed are named, with what removes them', () => {
    const wish = packageResource.bind({ manager: 'apt', names: ['keepalived', 'ipvsadm', 'curl'] })
    const gone = { exit: 1, out: '', err: '' }
    const before = { keepalived: gone, ipvsadm: gone, curl: 'installed\n' }
    const is = { keepalived: 'installed\n', ipvsadm: 'installed\n', curl: 'installed\n' }
    expect(back(packageResource, [wish], before, is)).toEqual({
      changes: [],
      left: [
        'keepalived, ipvsadm were installed by lbprov and stay; "apt-get purge keepalived ipvsadm" removes them.',
      ],
    })
    expect(back(packageResource, [wish], before, { ...is, keepalived: gone }).left).toEqual([
      'ipvsadm was installed by lbprov and stays; "apt-get purge ipvsadm" removes it.',
    ])
    expect(removePackages('dnf', ['a', 'b c']).text).toMatch(/dnf -q -y remove a 'b c'$/)
  })

  it('a command was run, and nobody knows what it did', () => {
    const wish = command.bind({ argv: ['mkfs', '/dev/x'], creates: '/x' })
    const no = { exit: 1, out: '', err: '' }
    const yes = { exit: 0, out: '', err: '' }
    const said = back(
      command,
      [wish],
      { unless: no, creates: no },
      { unless: no, creates: yes },
    ).left
    expect(said).toEqual([
      '"mkfs /dev/x" was run by lbprov, which does not know what it did, so that stays; undo it by hand where it is not needed.',
    ])
    expect(
      back(command, [wish], { unless: no, creates: yes }, { unless: no, creates: yes }),
    ).toEqual(nothing)
  })
})
