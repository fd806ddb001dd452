import CMPI
import Collectives

/// Which ranks share a machine. A node is what MPI takes for one: processes that share memory.
public struct NodeMap: Sendable, Equatable {
  /// Node number of each rank; nodes are numbered by their lowest rank.
  public let nodeOfRank: [Int]
  /// Host name of each rank.
  public let hostNames: [String]

  /// Number of nodes.
  public var count: Int { (nodeOfRank.max() ?? -1) + 1 }

  /// The ranks of a node, ascending.
  public func ranks(of node: Int) -> [Int] { nodeOfRank.indices.filter { nodeOfRank[$0] == node } }

  /// - Parameter leaders: For each rank the lowest rank on its node.
  package init(leaders: [Int], hostNames: [String]) {
    var node = 0
    var nodeOfRank: [Int] = []
    for (rank, leader) in leaders.enumerated() {
      if leader == rank {
        nodeOfRank.append(node)
        node += 1
      } else {
        nodeOfRank.append(nodeOfRank[leader])
      }
    }
    self.nodeOfRank = nodeOfRank
    self.hostNames = hostNames
  }

  /// Collective.
  init(gatheringOver communicator: MPICommunicator) throws {
    var leader: Int32 = 0
    try check(cmpi_node_leader(&leader), "MPI_Comm_split_type", rank: communicator.worker)
    let name = MPIError.text { _ = cmpi_processor_name($0, $1) }
    let leaders = try communicator.allGather(withUnsafeBytes(of: leader) { Array($0) })
    let names = try communicator.allGather(Array(name.utf8))
    self.init(
      leaders: leaders.map { bytes in bytes.withUnsafeBytes { Int($0.loadUnaligned(as: Int32.self)) } },
      hostNames: names.map { String(decoding: $0, as: UTF8.self) })
  }
}
