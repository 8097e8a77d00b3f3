/* Fails what a process writes to its database, while a file says so: <switch>.fsync fails syncs (EIO), <switch>.full writes (ENOSPC). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_on(const char *name) {
  const char *base = getenv("FAILING_DISK");
  char path[4096];
  if (base == NULL) return 0;
  snprintf(path, sizeof path, "%s.%s", base, name);
  return access(path, F_OK) == 0;
}

static int is_database(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, "galley.db") != NULL;
}

#define SYNC(name)                                                            \
  int name(int fd) {                                                          \
    if (is_database(fd) && is_on("fsync")) {                                  \
      errno = EIO;                                                            \
      return -1;                                                              \
    }                                                                         \
    return ((int (*)(int))dlsym(RTLD_NEXT, #name))(fd);                       \
  }
SYNC(fsync)
SYNC(fdatasync)

#define PWRITE(name, offset_type)                                             \
  ssize_t name(int fd, const void *bytes, size_t count, offset_type offset) { \
    if (is_database(fd) && is_on("full")) {                                   \
      errno = ENOSPC;                                                         \
      return -1;                                                              \
    }                                                                         \
    return ((ssize_t (*)(int, const void *, size_t, offset_type))dlsym(RTLD_NEXT, #name))(fd, bytes, count, offset); \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)
