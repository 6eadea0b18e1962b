/* SPDX-License-Identifier: ISC */

/* Facilities. */

#include "facility.h"

void facility_default(struct facility *facility)
{
    *facility = (struct facility){
        .zone_name = "UTC",
        .n_warnings = FACILITY_WARNINGS_DEFAULT_COUNT,
        .warnings_s = FACILITY_WARNINGS_DEFAULT,
        .transfer_grace_us = FACILITY_TRANSFER_GRACE_US,
    };
    rule_consecutive(&facility->rule);
    zone_find("UTC", &facility->zone);
}
