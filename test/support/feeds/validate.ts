/** Feeds and sitemaps held to their own standards, by libxml2: its parser stops at what is not well-formed. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { RelaxNGValidator, XmlDocument, XmlLibError, XsdValidator } from 'libxml2-wasm';

const own = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
/** The schema of sitemaps.org comes with a package of that name. */
const sitemapSchema = () => {
  const require = createRequire(import.meta.url);
  return readFileSync(require.resolve('sitemap').replace(/dist\/.*$/, 'schema/sitemap.xsd'), 'utf8');
};

type Validator = { validate(document: XmlDocument): void };
const validators = {
  atom: () => RelaxNGValidator.fromDoc(XmlDocument.fromString(own('atom.rng'))),
  sitemap: () => XsdValidator.fromDoc(XmlDocument.fromString(sitemapSchema())),
  index: () => XsdValidator.fromDoc(XmlDocument.fromString(own('siteindex.xsd'))),
  wellFormed: () => ({ validate: () => {} }),
};
const made = new Map<string, Validator>();

/** What is wrong with a document of XML; nothing where it keeps to its standard. */
export const faultOf = (kind: keyof typeof validators, xml: string): string | undefined => {
  const validator = made.get(kind) ?? validators[kind]();
  made.set(kind, validator);
  try {
    const document = XmlDocument.fromString(xml);
    try {
      validator.validate(document);
      return undefined;
    } finally {
      document.dispose();
    }
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    return `${error.message} ${JSON.stringify(error.details?.slice(0, 3))}`;
  }
};
