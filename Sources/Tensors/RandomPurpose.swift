/// Purpose of a stream of random numbers: part of its key, so that no two uses share draws. The raw values determine every run:
/// never renumber a case.
public enum RandomPurpose: UInt32, Sendable {
  case initialization = 1
  case epochPermutation = 2
  case augmentation = 3
  case dropout = 4
  case split = 5
  case synthetic = 6
  case sampling = 7
  case textWindow = 8
}
