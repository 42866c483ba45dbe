-- Parts: base clock nodes
-- Leaves a wish for a live node.
--
-- ARGV: handle, name, wish. Returns 1; 0 when there is no such node.
for _, node in ipairs(liveNodes(steadyTime())) do
  if node.name == ARGV[2] then
    node.wish = ARGV[3]
    writeNode(node)
    tell(4, ARGV[1])
    return 1
  end
end
return 0
