// SPDX-License-Identifier: Apache-2.0

#ifndef CPAGE_H
#define CPAGE_H

#include <stddef.h>

/// A file of the explorer page, in the read-only data of the executable.
struct page_file {
    const char *name;
    const unsigned char *bytes;
    size_t length;
};

/// The number of files.
size_t page_file_count(void);

/// A file by its index, which is less than the number of files.
struct page_file page_file_at(size_t index);

#endif
