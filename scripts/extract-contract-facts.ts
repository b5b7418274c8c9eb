/** node scripts/extract-contract-facts.ts [REFERENCE]: renews the facts about OCP's API that conformance is tested against. */
import { extractFacts, referenceFile, writeFacts } from '../test/coverage/contract-facts.ts';

const [file = referenceFile] = process.argv.slice(2);
const facts = extractFacts(file);
writeFacts(facts);
console.log(`Wrote the facts of ${facts.length} endpoints to test/coverage/contract-facts.golden.json`);
