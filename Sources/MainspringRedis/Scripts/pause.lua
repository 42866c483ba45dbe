-- Parts: base
-- Pauses a queue, or lets it go on.
--
-- ARGV: handle, queue, paused (0, 1).
call('HSET', P .. 'paused', ARGV[2], ARGV[3])
tell(1, ARGV[1])
return 1
