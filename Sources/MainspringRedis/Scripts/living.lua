-- Parts: base clock nodes
-- Returns the live nodes: see `told`.
return told(liveNodes(steadyTime()))
