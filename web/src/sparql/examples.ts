// The competency questions as examples.
interface Question {
  title: string;
  text: string;
  case?: unknown;
}

/** Fill the choice of questions; where they are not served, or not reached, there is nothing to choose. */
export async function fillExamples(form: HTMLFormElement, use: (text: string) => void): Promise<void> {
  const choice = form.querySelector<HTMLSelectElement>('#asked');
  const reply = await fetch('./v1/queries').catch(() => undefined);
  if (!choice || !reply?.ok) return;
  const { queries }: { queries: Question[] } = await reply.json();
  const known = queries.filter((question) => !question.case);
  choice.append(...known.map((question) => new Option(question.title, question.text)));
  choice.addEventListener('change', () => choice.value && use(choice.value));
  choice.closest('p')?.removeAttribute('hidden');
}
