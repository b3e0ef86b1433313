// Roles and permissions, in the order of the table in the documentation.
import type { User } from '../../api/types.gen';

export const ROLES = ['ADMIN', 'MANAGER', 'CASHIER', 'STAFF', 'DELIVERY', 'CUSTOMER', 'SUPER_ADMIN'] as const;

export type Permission = User['permissions'][number];
export const PERMISSIONS: readonly Permission[] = ['CREATE_CUSTOMER', 'READ_CUSTOMER', 'UPDATE_CUSTOMER', 'DELETE_CUSTOMER',
  'CREATE_ORDER', 'READ_ORDER', 'TAKE_PAYMENT', 'REFUND_ORDER', 'MERGE_CUSTOMER', 'EXPORT', 'ERASE', 'MANAGE_LOYALTY',
  'MANAGE_PROMOTIONS', 'DELIVER', 'BILL', 'MANAGE_USERS', 'MANAGE_COMPANY', 'READ_AUDIT'];
