// The page's own texts; shared ones are in i18n/ (common).
import { texts } from '../i18n';
import de from './i18n/de.json';
import en from './i18n/en.json';
import es from './i18n/es.json';
import hi from './i18n/hi.json';

export const { t } = texts<typeof en>({ en, de, es, hi });
