// The proof of a verdict: the recorded facts that carry it, and the criterion with what holds first and what is unknown grey.
import { choiceWords, shortName } from '../catalogue';
import type { Proof, Truth } from '../contract';
import { type Facts, hasValue, stateOf } from '../facts';
import { useStore } from '../state';
import { quantityWords, say, sayOf } from '../texts';
import { FixedChip } from './Chip';
import { Icon, type IconName } from './Icon';

const ORDER: Truth[] = ['conflicting', 'true', 'unknown', 'false'];
const MARKS: Record<Truth, IconName> = { true: 'yes', false: 'no', unknown: 'ask', conflicting: 'conflict' };
const MOST_PARTS = 6;
const MOST_FACTS = 8;
const UNFOLDED = 2;

export function FactsOf({ proof }: { proof: Proof | undefined }) {
  const { decided, catalogue } = useStore();
  if (!proof || !decided || !catalogue) return null;
  const rank = (code: string) => (decided.facts.findings[code] === 'absent' ? 1 : 0);
  const codes = [...new Set(carrying(proof, decided.facts))].sort((one, other) => rank(one) - rank(other));
  if (!codes.length) return <p class="src">{say('why.noFacts')}</p>;
  return (
    <div class="chips">
      {codes.slice(0, MOST_FACTS).map((code) => {
        const quantity = decided.facts.numbers[code];
        const choice = decided.facts.choices[code];
        if (!quantity && !choice) return <FixedChip key={code} code={code} state={stateOf(decided.facts, code, catalogue)} />;
        return (
          <span key={code} class="chip fixed" data-state="present">
            {shortName(catalogue.item[code], code)} {quantity ? quantityWords(quantity.value, quantity.unit) : choiceWords(catalogue.item[code], choice)}
          </span>
        );
      })}
      {codes.length > MOST_FACTS && <span class="src">{say('brief.more', { count: codes.length - MOST_FACTS })}</span>}
    </div>
  );
}

/** The recorded facts on which the truth of a proof rests: those below parts of the same truth. */
function carrying(proof: Proof, facts: Facts): string[] {
  const own = (proof.fact ? [...(proof.fact.through ?? []), proof.fact.code] : []).filter(
    (code) => hasValue(facts, code) || code in facts.findings,
  );
  // what asks for an absence holds where what is below it does not
  const parts = (proof.children ?? []).filter((part) => part.truth === proof.truth || part.truth === 'true' || proof.fact);
  return [...own, ...parts.flatMap((part) => carrying(part, facts))];
}

/** What a rule asks for. */
export function Criterion({ proof }: { proof: Proof | undefined }) {
  const parts = proof?.children ?? [];
  if (!parts.length) return null;
  return <Parts parts={parts} depth={0} />;
}

function Parts({ parts, depth }: { parts: Proof[]; depth: number }) {
  const sorted = [...parts].sort((one, other) => ORDER.indexOf(one.truth) - ORDER.indexOf(other.truth));
  const rest = sorted.slice(MOST_PARTS);
  return (
    <ul class="parts">
      {sorted.slice(0, MOST_PARTS).map((part, place) => (
        <Part key={place} part={part} depth={depth} />
      ))}
      {rest.length > 0 && (
        <li class="rest">
          <details>
            <summary>{say('brief.more', { count: rest.length })}</summary>
            <ul class="parts">
              {rest.map((part, place) => (
                <Part key={place} part={part} depth={depth} />
              ))}
            </ul>
          </details>
        </li>
      )}
    </ul>
  );
}

function Part({ part, depth }: { part: Proof; depth: number }) {
  const { catalogue } = useStore();
  const fact = part.fact;
  const name = part.label || shortName(catalogue?.item[fact?.code ?? ''], fact?.code ?? part.operator ?? '');
  // the rules by which a finding follows unfold below it
  const from = (fact?.through ?? [])
    .filter((code) => code !== fact?.code && !catalogue?.rule[code])
    .map((code) => shortName(catalogue?.item[code], code));
  const children = fact ? (part.children ?? []).flatMap((rule) => rule.children ?? []) : (part.children ?? []);
  return (
    <li>
      <div class="part" data-truth={part.truth}>
        <Icon name={MARKS[part.truth]} />
        <span>
          {name}
          {from.length > 0 && <span class="from"> {say('part.follows', { names: from.join(', ') })}</span>}
        </span>
        <span class="w">{fact?.choice ? choiceWords(catalogue?.item[fact.code], fact.choice) : fact?.value !== undefined ? fact.value : sayOf(fact ? 'part' : 'truth', part.truth)}</span>
      </div>
      {children.length > 0 && depth < UNFOLDED && <Parts parts={children} depth={depth + 1} />}
      {children.length > 0 && depth >= UNFOLDED && (
        <details class="deeper">
          <summary>{say('why.parts', { count: children.length })}</summary>
          <Parts parts={children} depth={depth + 1} />
        </details>
      )}
    </li>
  );
}
