// CodeMirror with Turtle. It lives in a shadow root, where its style sheets are adopted and need no inline style (CSP).
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { turtle } from '@codemirror/legacy-modes/mode/turtle';
import { type Diagnostic as Mark, diagnosticCount, forEachDiagnostic, lintGutter, lintKeymap, nextDiagnostic, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { speakTo } from '../announce';
import type { Diagnostic } from './report';

const COLOURS = HighlightStyle.define([
  { tag: [tags.meta, tags.keyword], color: 'var(--link)' },
  { tag: tags.string, color: 'var(--ro-ink)' },
  { tag: tags.comment, color: 'var(--ink2)', fontStyle: 'italic' },
]);
const LOOKS = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--card)', color: 'var(--ink)', fontSize: '0.875rem' },
  '.cm-scroller': { overflow: 'auto', fontFamily: 'ui-monospace, Menlo, Consolas, monospace' },
  '.cm-gutters': { backgroundColor: 'var(--sunk)', color: 'var(--ink2)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '&.cm-focused': { outline: '3px solid var(--focus)' },
  '.cm-lintRange-error': { backgroundImage: 'none', borderBottom: '2px solid var(--em-bar)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', borderBottom: '2px dashed var(--ur-bar)' },
  '.cm-tooltip': { backgroundColor: 'var(--card)', color: 'var(--ink)' },
});

export interface Editor {
  text(): string;
  mark(found: readonly Diagnostic[]): void;
  goTo(line: number, column: number): void;
  destroy(): void;
}

/** An editor in an element, with a name for screen readers. */
export function makeEditor(place: HTMLElement, text: string, name: string, onChange: () => void): Editor {
  const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' });
  const extensions = [
    lineNumbers(),
    history(),
    highlightActiveLine(),
    lintGutter(),
    StreamLanguage.define(turtle),
    syntaxHighlighting(COLOURS),
    LOOKS,
    EditorView.contentAttributes.of({ 'aria-label': name }),
    EditorView.updateListener.of((update) => update.docChanged && onChange()),
    keymap.of([{ key: 'F8', run: sayNext }, ...lintKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
  ];
  const view = new EditorView({ state: EditorState.create({ doc: text, extensions }), root, parent: root });
  view.scrollDOM.tabIndex = 0; // what scrolls has to be reached by keyboard
  return {
    text: () => view.state.doc.toString(),
    mark: (found) => view.dispatch(setDiagnostics(view.state, found.map((one) => markOf(view.state, one)))),
    goTo: (line, column) => {
      view.dispatch({ selection: { anchor: offset(view.state, line, column) }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

function offset(state: EditorState, line: number, column: number): number {
  const found = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
  return Math.min(found.from + Math.max(column - 1, 0), found.to);
}

/** Go to the next mistake, and say it. */
function sayNext(view: EditorView): boolean {
  if (!diagnosticCount(view.state)) return false;
  nextDiagnostic(view); // false where the only one is here already: then it is said again
  const { from } = view.state.selection.main;
  const words: string[] = [];
  forEachDiagnostic(view.state, (one, start) => start === from && words.push(one.message));
  speakTo('live', words.join(' '));
  return true;
}

/** From the place of a diagnostic to the end of its word. */
function markOf(state: EditorState, { place, severity, id, what, mend }: Diagnostic): Mark {
  const from = offset(state, place.line, place.column);
  const word = /^[^\s;,.]+/.exec(state.sliceDoc(from, state.doc.lineAt(from).to));
  return { from, to: from + (word?.[0].length ?? 0), severity: severity === 'note' ? 'info' : severity, message: `${id}: ${what} ${mend}` };
}
