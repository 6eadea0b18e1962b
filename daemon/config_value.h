/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Between the blocks of the configuration file (config.c) and the meaning of their settings
 * (config_value.c).
 */

#include "conf.h"
#include "config.h"

/* The context of the file itself; that of a facility's block is the facility. */
struct loading {
    struct config *config;
    struct facility general; /* has the warnings of the facilities without their own */
};

#define CONFIG_SETTINGS          6
#define CONFIG_FACILITY_SETTINGS 5

extern const struct conf_setting config_settings[CONFIG_SETTINGS];
extern const struct conf_setting config_facility_settings[CONFIG_FACILITY_SETTINGS];
