"""Resident memory of this process, without what the allocator only keeps in reserve."""

import ctypes
import gc

import psutil

_malloc_trim = ctypes.CDLL(None).malloc_trim  # glibc's


def resident_bytes() -> int:
    """Freed memory is given back first: glibc's reserves alone make the figure swing by 30 MB from job to job."""
    gc.collect()
    _malloc_trim(0)
    rss: int = psutil.Process().memory_info().rss
    return rss


def floor_growth(samples: list[int]) -> int:
    """How far the floor rose from the second fifth of the samples to the last one, in bytes.

    The driver takes and returns some 15 MB now and then, which shifts single readings; a leak lifts the floor itself.
    The first fifth is warm-up: caches, thread pools and the allocator get their size.
    """
    fifth = len(samples) // 5
    return min(samples[-fifth:]) - min(samples[fifth : 2 * fifth])
