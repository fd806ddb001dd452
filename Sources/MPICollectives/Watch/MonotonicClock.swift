import Glibc

enum MonotonicClock {
  /// Seconds since an arbitrary moment, unaffected by changes of the date.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
