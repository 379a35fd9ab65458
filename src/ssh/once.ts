/** Each question is put once, however often it is asked. */
export const once = <Answer>(ask: (question: string) => Promise<Answer>) => {
  const answers = new Map<string, Promise<Answer>>()
  return (question: string): Promise<Answer> => {
    const answer = answers.get(question) ?? ask(question)
    answers.set(question, answer)
    return answer
  }
}
