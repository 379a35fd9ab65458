import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import { lines, sh } from '../sh/sh.ts'
import {
  addedRule,
  listedRules,
  jfName,
  mergedSave,
  silencing,
  type ListedRule,
} from './arp-rules.ts'
import { nfTablesLoaded } from '../sh/nf-tables-loaded.ts'
import { replaceFile } from './replace-file.ts'

const record = '/etc/lbprov/arptables'

export const arptables = defineResource({
  name: 'arptables',
  summary: 'The rules that keep a real server silent about its VIPs, and no others of ours',
  schema: z.strictObject({
    rules: z
      .array(z.strictObject({ vip: z.ipv4(), source: z.ipv4() }))
      .refine(
        (rules) => new Set(rules.map((rule) => rule.vip)).size === rules.length,
        'must name each VIP once',
      )
      .describe('source: the address of its own that the host names in place of the VIP'),
    saved: z
      .literal('/etc/sysconfig/arptables')
      .optional()
      .describe('The file that arptables.service loads at boot; the rules of others in it stay'),
  }),
  id: () => 'filter',
  probe: ({ saved }) => ({
    /*
     * To list a table that is not there would make it, and load its module. Which flavour it is must not
     * be asked of the tool itself: that of nf_tables loads one on every call.
     */
    live: sh`tool=$(command -v arptables) || exit 0
case $(readlink -f -- "$tool") in
*nft*) ${nfTablesLoaded} || exit 0; ! command -v nft >/dev/null || nft list tables arp | grep -q 'arp filter' || exit 0 ;;
*) grep -qsx filter /proc/net/arp_tables_names || exit 0 ;;
esac
arptables -n -L`,
    record: sh`cat ${record} 2>/dev/null || :`,
    saved: saved === undefined ? sh`:` : sh`cat ${saved} 2>/dev/null || :`,
  }),
  parse: ({ live, record, saved }, { rules }) => {
    // Rules that only nft can list hold none of ours, so they are in nobody's way while none are wished.
    const foreign = rules.length === 0 && record.out === '' && live.err.includes('incompatible')
    if (live.exit !== 0 && !foreign) {
      throw new AnswerError(`cannot read the ARP rules: ${live.err.trim()}`)
    }
    return { live: listedRules(live.out), record: record.out, saved: saved.out }
  },
  files: ({ rules, saved }) =>
    saved === undefined || rules.length === 0
      ? []
      : [{ path: saved, text: mergedSave('', [], rules.flatMap(silencing)) }],
  diff: ({ rules, saved }, is) => {
    const wished = rules.flatMap(silencing)
    const ours = [...new Set(is.record.split('\n').flatMap((line) => addedRule(line) ?? []))]
    const left = ours.filter((rule) => !wished.includes(rule))
    const all = [...new Set([...ours, ...wished])]
    const leaving = is.live.filter(({ rule }) => rule !== undefined && left.includes(rule))
    const merged = mergedSave(is.saved, left, wished)
    return [
      // A run that dies half way must leave no rule that nobody knows to be ours.
      ...(all.length > ours.length ? [replaced(record, is.record, recordText(all))] : []),
      ...wished.filter((rule) => !is.live.some((each) => each.rule === rule)).map(addRule),
      ...withoutRepeats(leaving).map(takeRule),
      ...(saved === undefined || merged === is.saved ? [] : [replaced(saved, is.saved, merged)]),
      ...(left.length > 0 ? [replaced(record, recordText(all), recordText(wished))] : []),
    ]
  },
})

const recordText = (rules: readonly string[]): string =>
  rules.map((rule) => `-A ${rule}\n`).join('')

const replaced = (path: string, before: string, after: string): Change => ({
  what: path,
  before: before === '' ? undefined : before,
  after: after === '' ? undefined : after,
  text: true,
  run:
    after === ''
      ? sh`rm -f -- ${path}`
      : replaceFile({ path, content: [after], owner: 'root', group: 'root' }),
})

/** In front: a rule before ours could let everything through. Only the listing says how the chains are called. */
const addRule = (rule: string): Change => {
  const [chain = '', ...words] = rule.split(' ')
  return {
    what: `arptables ${chain}, live`,
    before: undefined,
    after: words.join(' '),
    run: lines(
      sh`listed=$(arptables -n -L) || exit`,
      sh`case $listed in *"Chain "${chain}" "*) chain=${chain} ;; *) chain=${jfName(chain)} ;; esac`,
      sh`arptables -I "$chain" ${words}`,
    ),
  }
}

const withoutRepeats = (listed: readonly ListedRule[]): readonly ListedRule[] =>
  listed.filter(
    ({ chain, line }, n) =>
      listed.findIndex((each) => each.chain === chain && each.line === line) === n,
  )

/**
 * By its number, the last first, if it was added more than once. By its words arptables 0.0.5 would take the
 * first rule with that address, whatever its --mangle-ip-s.
 */
const takeRule = ({ chain, line, rule = '' }: ListedRule): Change => ({
  what: `arptables ${rule.slice(0, rule.indexOf(' '))}, live`,
  before: rule.slice(rule.indexOf(' ') + 1),
  after: undefined,
  run: lines(
    sh`arptables -n -L ${chain} | { n=0; found=`,
    sh`while read -r line; do`,
    sh`case $line in "Chain "* | "target "*) ;; *) n=$((n + 1)); [ "$line" != ${line} ] || found="$n $found" ;; esac`,
    sh`done`,
    sh`for n in $found; do arptables -D ${chain} "$n" || exit; done; }`,
  ),
})
