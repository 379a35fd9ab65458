import { spawnSync } from 'node:child_process'
import { openFleet } from './fleet.ts'
const fleet = await openFleet()
for (const n of [3, 20, 200, 1000]) {
  let t = Date.now()
  await fleet.renew(n)
  console.log(n, Date.now() - t)
}
const ssh = ['-F','/dev/null','-i', fleet.keyFile, '-o','StrictHostKeyChecking=no','-o','UserKnownHostsFile=/dev/null']
for (const a of ['127.1.0.1','127.1.0.7','127.1.3.20']) {
  console.log(spawnSync('time', ['ssh', ...ssh, a, 'cat /etc/hostname /etc/os-release; ip -br a; ls /run; ls /sys/class/net;id; time true;which systemctl'], {encoding:'utf8'}))
}
const t = Date.now(); await fleet.renew(50); console.log(Date.now()-t)
await fleet.close()
