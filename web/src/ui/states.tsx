// What stands where data will be: loading, nothing, an error with another try.
import type { ComponentChildren, JSX } from 'preact';
import type { ApiError } from '../api/error';
import { common } from '../i18n';
import { errorText } from './form';

export const Loading = (): JSX.Element => <div class="loading" role="status">{common.t('loading')}</div>;

export const Empty = ({ children }: { children?: ComponentChildren }): JSX.Element =>
  <div class="empty">{children ?? common.t('nothingHere')}</div>;

export function Failed({ error, retry }: { error: ApiError; retry?: () => void }): JSX.Element {
  return (
    <div class="note bad stack" role="alert">
      <p>{errorText(error)}</p>
      {retry && <p><button type="button" class="btn small" onClick={retry}>{common.t('retry')}</button></p>}
    </div>
  );
}
