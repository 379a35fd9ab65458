/** Where commands are found, as login(1) has it for root: here where nothing else is said, and on every host. */
export const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
