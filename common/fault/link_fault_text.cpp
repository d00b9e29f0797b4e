// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/link_fault_text.h"
