-- Live nodes: `nodes` is a hash of name -> the fields: identity, end of its life on the steady clock, wish; and, long: known
-- kinds (fields of kind and newest version), record. An identity is LENGTH:NAME#INCARNATION with the name's length.
local NODE = '<I2c0I2c0I2c0I4c0I4c0'

local function allNodes()
  local stored, nodes = call('HGETALL', P .. 'nodes'), {}
  for index = 1, #stored, 2 do
    local identity, till, wish, kinds, record = struct.unpack(NODE, stored[index + 1])
    nodes[#nodes + 1] =
      {name = stored[index], identity = identity, till = tonumber(till), wish = wish, kinds = kinds, record = record}
  end
  return nodes
end

local function liveNodes(now)
  local live = {}
  for _, node in ipairs(allNodes()) do
    if node.till >= now then live[#live + 1] = node end
  end
  return live
end

local function writeNode(node)
  local till = text(node.till)
  call('HSET', P .. 'nodes', node.name, L2[#node.identity] .. node.identity .. L2[#till] .. till
    .. L2[#node.wish] .. node.wish .. L4[#node.kinds] .. node.kinds .. L4[#node.record] .. node.record)
end

-- Identity and record of each, after the leader's identity.
local function told(nodes)
  local answer = {call('HGET', P .. 'term', 'leader') or ''}
  for _, node in ipairs(nodes) do
    answer[#answer + 1] = node.identity
    answer[#answer + 1] = node.record
  end
  return answer
end
