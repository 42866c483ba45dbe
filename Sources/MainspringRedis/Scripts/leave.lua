-- Parts: base
-- Forgets a node that ended in order, with its term.
--
-- ARGV: handle, name, identity.
local node = call('HGET', P .. 'nodes', ARGV[2])
if not node or struct.unpack('<I2c0', node) ~= ARGV[3] then return 0 end
call('HDEL', P .. 'nodes', ARGV[2])
if call('HGET', P .. 'term', 'leader') == ARGV[3] then call('HDEL', P .. 'term', 'leader') end
tell(4, ARGV[1])
return 1
