export { tame, tameWord } from '../printable.ts'
