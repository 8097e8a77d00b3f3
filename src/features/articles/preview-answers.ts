/** How a preview link is answered. */
import { formatMoment } from '../../core/moment.ts';
import { type PreviewPlace, previewAddress } from './preview-rules.ts';

type Shown = { id: number; articleId: number; token: string; slug: string; expiresAt: Date; createdAt: Date };

export const answerPreviewLink = (
  { id, articleId, token, slug, expiresAt, createdAt }: Shown,
  place: PreviewPlace,
) => ({
  id,
  token,
  url: previewAddress(place, { token, id: articleId, slug }),
  expiresAt: formatMoment(expiresAt),
  createdAt: formatMoment(createdAt),
});
