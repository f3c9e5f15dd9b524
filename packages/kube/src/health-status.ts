export { type Health, type HealthStatus, healthStatuses, worseHealth } from '@pilothouse/core';
