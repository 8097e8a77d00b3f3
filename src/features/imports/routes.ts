/** The doors of imports. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answersAgain } from '../../http/idempotency.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, sliceOf } from '../../http/pagination.ts';
import { takeUploads, type Upload } from '../../http/uploads.ts';
import type { Parts } from '../../store/store.ts';
import { answerImport, answerImportSummary } from './answers.ts';
import { createImportDoor, deleteImportDoor, FILE_TYPES, listImportsDoor, readImportDoor } from './door-schemas.ts';
import { listImports, namesFile } from './import-queries.ts';
import { createImport, deleteImport, readImport } from './taking.ts';

const locationOf = (id: number) => `/v1/imports/${id}`;

export type ImportDoorParts = Parts & {
  /** Where files stand until they are imported. */
  importDirectory: string;
  importMaxBytes: number;
  /** In so many milliseconds something of a file has to come. */
  patience: number;
};

/** The door that takes files stands in a scope of its own: no other takes anything but JSON. */
const uploadRoute: FastifyPluginAsyncTypebox<ImportDoorParts> = async (app, parts) => {
  takeUploads(app, {
    directory: parts.importDirectory,
    maxBytes: parts.importMaxBytes,
    types: FILE_TYPES,
    patience: parts.patience,
    nameOf: ({ query }) => (query as { name: string }).name, // as its schema has it
    isKept: (path) => namesFile(parts.store, path),
  });

  app.post('/imports', createImportDoor, async (request, reply) => {
    const { format, name = 'upload', defaultAuthor = null, pages = false } = request.query;
    const input = { format, name, defaultAuthor, pages };
    const row = await createImport(parts, originOf(request), input, request.upload as Upload); // else it was refused
    reply.code(202).header('location', locationOf(row.id));
    return answerImport(row);
  });
};

export const importRoutes: FastifyPluginAsyncTypebox<ImportDoorParts> = async (app, parts) => {
  const { store } = parts;
  answersAgain(app, 'import', {
    locate: locationOf,
    answer: async (_request, reply, id) => {
      reply.header('location', locationOf(id));
      return answerImport(await readImport(store, id));
    },
  });

  app.get('/imports', listImportsDoor, async (request, reply) => {
    const slice = sliceOf(request, 'integer');
    const place = ({ id }: { id: number }) => ({ value: id, id });
    return answerPage(request, reply, slice, await listImports(store, slice), place, answerImportSummary);
  });

  app.get('/imports/:id', readImportDoor, async ({ params }) => answerImport(await readImport(store, params.id)));

  app.delete('/imports/:id', deleteImportDoor, async ({ params }, reply) => {
    await deleteImport(parts, params.id);
    return reply.code(204).send();
  });

  await app.register(uploadRoute, { ...parts, prefix: '' });
};
