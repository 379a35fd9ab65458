/*
 * Everything that the wire says to a person: who, what, why, and what to do next. Most sentences come in
 * the error that carries them.
 */
export * from './sentences/host-keys.ts'
export * from './sentences/keys.ts'
export * from './sentences/login.ts'
export * from './sentences/shell.ts'
export * from './sentences/way.ts'
