/* SPDX-License-Identifier: Apache-2.0 */
#include "CBytes.h"

const unsigned char cbytes_prefix_masks[64] = {[0 ... 31] = 255};
