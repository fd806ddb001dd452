import CMPI
import Collectives

/// Assignment of ranks to nodes. A node is what MPI takes for one: processes that share memory.
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

  /// The nodes as node groups; ranks are numbered node by node.
  package var nodeGroups: NodeGroups { NodeGroups(sizes: (0..<count).map { ranks(of: $0).count }) }

  private var isInOrder: Bool { zip(nodeOfRank, nodeOfRank.dropFirst()).allSatisfy { $0 <= $1 } }

  /// Collective. Renumbers the ranks node by node if they are not; `rank` becomes the new number.
  static func inOrderOfNodes(rank: inout Int32, size: Int) throws -> NodeMap {
    let found = try NodeMap(rank: Int(rank), size: size)
    if found.isInOrder { return found }
    try check(cmpi_renumber(Int32(found.nodeOfRank[Int(rank)])), "MPI_Comm_split", rank: Int(rank))
    try check(cmpi_rank(&rank), "MPI_Comm_rank")
    return try NodeMap(rank: Int(rank), size: size)
  }

  /// Collective.
  private init(rank: Int, size: Int) throws {
    let communicator = MPICommunicator(
      rank: rank, layout: ShardLayout(shards: size, workers: size),
      nodes: NodeGroups(sizes: Array(repeating: 1, count: size)))
    var leader: Int32 = 0
    try check(cmpi_node_leader(&leader), "MPI_Comm_split_type", rank: rank)
    let name = MPIError.text { _ = cmpi_processor_name($0, $1) }
    let leaders = try communicator.allGather(withUnsafeBytes(of: leader) { Array($0) })
    let names = try communicator.allGather(Array(name.utf8))
    self.init(
      leaders: leaders.map { bytes in bytes.withUnsafeBytes { Int($0.loadUnaligned(as: Int32.self)) } },
      hostNames: names.map { String(decoding: $0, as: UTF8.self) })
  }
}
