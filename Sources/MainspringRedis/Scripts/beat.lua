-- Parts: base clock nodes
-- Says that a node lives; issues or renews the term.
--
-- ARGV: handle, name, identity, lease in microseconds, wants the term (0, 1), kinds, record, identities that are gone.
-- Returns: the term or '', refused (0, 1), wish, the live nodes (see `told`).
local now = steadyTime()
local handle, name, identity, wants = ARGV[1], ARGV[2], ARGV[3], ARGV[5] == '1'
local gone, stay, other, wish, isNews = {}, {}, nil, '', false
for index = 8, #ARGV do gone[ARGV[index]] = true end
for _, node in ipairs(allNodes()) do
  if gone[node.identity] or node.till < now then
    call('HDEL', P .. 'nodes', node.name)
    isNews = true
  else
    stay[node.identity] = true
    if node.name == name then
      if node.identity == identity then wish = node.wish else other = node end
    end
  end
end
local leader = call('HGET', P .. 'term', 'leader')
if leader and not stay[leader] then
  call('HDEL', P .. 'term', 'leader')
  leader = nil
end
local term = ''
if not other then
  if not stay[identity] then isNews = true end
  writeNode({name = name, identity = identity, till = now + tonumber(ARGV[4]), wish = '', kinds = ARGV[6], record = ARGV[7]})
  if leader == identity and not wants then
    call('HDEL', P .. 'term', 'leader')
    leader = nil
  end
  if not leader and wants then
    call('HINCRBY', P .. 'term', 'number', 1)
    call('HSET', P .. 'term', 'leader', identity)
    leader = identity
  end
  if leader == identity then term = call('HGET', P .. 'term', 'number') end
end
if isNews then tell(4, handle) end
return {term, other and 1 or 0, wish, told(liveNodes(now))}
