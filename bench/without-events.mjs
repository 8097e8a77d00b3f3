/**
 * For `npm run bench -- --events`: what Node imports before Galley, so that no event is recorded. The module that writes
 * them is exchanged as it is loaded; Galley itself has no such switch.
 */
import { register } from 'node:module';

const hooks = `
const WITHOUT = 'export const BY_ITSELF = { caller: null, requestId: null }; export const recordEvents = async () => {};';
export const load = (url, context, next) =>
  /\\/store\\/events\\.[jt]s$/.test(url) ? { format: 'module', source: WITHOUT, shortCircuit: true } : next(url, context);
`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
