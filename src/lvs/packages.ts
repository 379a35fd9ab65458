import { AnswerError } from '../errors.ts'
import { packageResource } from '../resources/package.ts'
import type { Task } from './task.ts'

export const packages: Task = {
  name: 'packages',
  summary: 'keepalived and ipvsadm on the routers; never upgraded',
  resources: ({ host, platform: { packageManager, name } }) => {
    if (host.role !== 'router') return []
    if (packageManager === undefined) {
      throw new AnswerError(
        `${host.name}: ${name} has none of apt-get, dnf and yum, so keepalived cannot be installed; install it by hand and use a playbook without "packages".`,
      )
    }
    return [packageResource.bind({ manager: packageManager, names: ['keepalived', 'ipvsadm'] })]
  },
}
