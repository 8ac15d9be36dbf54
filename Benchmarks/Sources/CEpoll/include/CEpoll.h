#ifndef CEPOLL_H
#define CEPOLL_H

// Not part of Swift's Glibc module.
#include <sys/epoll.h>

#endif
