#if OneDNN
  import COneDNN
#endif

/// How many threads libraries compute with. The count is part of the bits of every result.
public enum ComputeThreads {
  /// Sets the calling thread's OpenMP threads: each worker calls it before its first convolution. OpenBLAS's threads
  /// are the whole process's: `BLAS.threadCount`.
  public static func setOpenMPThreads(_ count: Int) {
    #if OneDNN
      // False only where no OpenMP library is loaded: then there are no threads to limit.
      _ = cd_set_thread_count(Int32(count))
    #endif
  }

  /// oneDNN's version and instruction set, `2.6.3, AVX2`; nil when built without it.
  public static var oneDNNDescription: String? {
    #if OneDNN
      return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
        guard let start = text.baseAddress else { return nil }
        cd_describe(start, text.count)
        return String(cString: start)
      }
    #else
      return nil
    #endif
  }
}
