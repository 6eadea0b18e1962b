/* SPDX-License-Identifier: ISC */

/* The failing VFS. Its state is global, as SQLite's list of VFSs is; one test process uses one
 * disk. */

#include "faulty.h"

#include <sqlite3.h>
#include <string.h>

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    long nth, count;
    int code;
} disk;

struct file {
    sqlite3_file base;
    sqlite3_file *real; /* follows in memory */
};

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct file *)file)->real;
}

/* Whether this operation is to be refused, and with what. */
static int fault(void)
{
    disk.count++;
    return disk.nth && disk.count >= disk.nth ? disk.code : SQLITE_OK;
}

static int on_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    int r = fault();

    return r ? r : real_of(file)->pMethods->xWrite(real_of(file), data, size, offset);
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int r = fault();

    return r ? r : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int on_sync(sqlite3_file *file, int flags)
{
    int r = fault();

    return r ? r : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int on_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    int r = extend ? fault() : SQLITE_OK;

    return r ? r : real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}

static int on_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int on_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), data, size, offset);
}

static int on_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int on_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int on_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int on_check_lock(sqlite3_file *file, int *reserved)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), reserved);
}

static int on_control(sqlite3_file *file, int operation, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int on_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int on_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int on_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void on_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int on_shm_unmap(sqlite3_file *file, int delete)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* no memory mapping */
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_check_lock,
    .xFileControl = on_control,
    .xSectorSize = on_sector_size,
    .xDeviceCharacteristics = on_characteristics,
    .xShmMap = on_shm_map,
    .xShmLock = on_shm_lock,
    .xShmBarrier = on_shm_barrier,
    .xShmUnmap = on_shm_unmap,
};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                   int *flags_out)
{
    struct file *opened = (struct file *)file;
    int r;

    (void)vfs;
    memset(opened, 0, sizeof(*opened));
    opened->real = (sqlite3_file *)(void *)(opened + 1);
    r = disk.real->xOpen(disk.real, name, opened->real, flags, flags_out);
    if (r == SQLITE_OK)
        opened->base.pMethods = &methods;
    return r;
}

void faulty_register(void)
{
    disk.real = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.real;
    disk.vfs.zName = FAULTY_VFS;
    disk.vfs.szOsFile = (int)sizeof(struct file) + disk.real->szOsFile;
    disk.vfs.pNext = NULL;
    disk.vfs.xOpen = on_open;
    sqlite3_vfs_register(&disk.vfs, 0);
}

void faulty_arm(long nth, int code)
{
    disk.nth = nth;
    disk.code = code;
    disk.count = 0;
}

long faulty_count(void)
{
    return disk.count;
}
