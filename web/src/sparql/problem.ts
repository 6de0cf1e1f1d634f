// A refusal of the endpoint in its own words; the place of a mistake is marked in the editor.
import type Yasgui from '@zazuko/yasgui';

interface Problem {
  title?: string;
  where?: string;
  detail?: string;
  mend?: string;
  line?: number;
  column?: number;
}

/** The words of a problem (RFC 9457), or nothing where it is none. */
export async function drawProblem(
  error: { text?: string },
  yasqe: InstanceType<typeof Yasgui.Yasqe>,
): Promise<HTMLElement | undefined> {
  let problem: Problem;
  try {
    problem = JSON.parse(error.text ?? '');
  } catch {
    return undefined;
  }
  if (problem.line) {
    yasqe.focus();
    yasqe.getDoc().setCursor({ line: problem.line - 1, ch: Math.max(0, (problem.column ?? 1) - 1) });
  }
  const place = document.createElement('div');
  for (const text of [problem.title, problem.where, problem.detail, problem.mend].filter(Boolean)) {
    place.append(Object.assign(document.createElement('p'), { textContent: text }));
  }
  return place;
}
