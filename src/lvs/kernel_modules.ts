import { kernel_module } from '../resources/kernel_module.ts'
import type { Task } from './task.ts'

export const kernel_modules: Task = {
  name: 'kernel_modules',
  summary: 'ip_vs and the schedulers in use on the routers, now and at every boot',
  resources: ({ cluster, host }) => {
    if (host.role !== 'router') return []
    const schedulers = cluster.services.map(({ scheduler }) => `ip_vs_${scheduler}`)
    return [...new Set(['ip_vs', ...schedulers])].map((name) => kernel_module.bind({ name }))
  },
}
