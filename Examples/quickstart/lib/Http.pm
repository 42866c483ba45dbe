# The least of HTTP/1.1 that the quickstart needs, from what every Debian has: perl-base.
package Http;
use strict;
use warnings;
use Errno qw(EAGAIN EINTR EWOULDBLOCK);
use IO::Socket::INET;

my %limit = (clients => 64, seconds => 5, head => 8 << 10, body => 64 << 10);
my %reason = (
    200 => 'OK', 204 => 'No Content', 400 => 'Bad Request', 404 => 'Not Found', 405 => 'Method Not Allowed',
    411 => 'Length Required', 413 => 'Content Too Large', 415 => 'Unsupported Media Type',
    500 => 'Internal Server Error',
);

# Answers requests on 127.0.0.1:PORT until TERM or INT, then returns. $answer->(METHOD, PATH, QUERY, HEADERS, BODY)
# gives (STATUS, CONTENT_TYPE, BODY); $tick->() runs a few times a second. A slow client is dropped after five seconds
# and holds nobody up meanwhile.
sub serve {
    my ($port, $answer, $tick) = @_;
    my $listener = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => $port, Proto => 'tcp', Listen => 64, ReuseAddr => 1, Blocking => 0,
    ) or die "cannot listen on 127.0.0.1:$port: $!\n";
    my $stop = 0;
    local $SIG{TERM} = sub { $stop = 1 };
    local $SIG{INT}  = sub { $stop = 1 };
    local $SIG{PIPE} = 'IGNORE';
    my %clients;
    while (!$stop) {
        $tick->();
        my ($read, $write) = ('', '');
        vec($read, fileno $listener, 1) = 1 if keys %clients < $limit{clients};
        for my $client (values %clients) {
            vec(defined $client->{out} ? $write : $read, fileno $client->{socket}, 1) = 1;
        }
        # On failure (a signal) the sets mean nothing: go round again.
        next if select($read, $write, undef, 0.25) < 0;
        if (vec($read, fileno $listener, 1) and my $socket = $listener->accept) {
            $socket->blocking(0);
            $clients{fileno $socket} = { socket => $socket, in => '', until => time + $limit{seconds} };
        }
        for my $number (keys %clients) {
            my $client = $clients{$number};
            my $keep   = time <= $client->{until};
            $keep &&= receive($client, $answer) if vec($read, $number, 1);
            $keep &&= send_rest($client) if $keep && defined $client->{out};
            delete $clients{$number} unless $keep;
        }
    }
}

# Takes what has arrived; once the request is whole, sets the answer. False when the client is gone.
sub receive {
    my ($client, $answer) = @_;
    my $count = sysread $client->{socket}, $client->{in}, 16 << 10, length $client->{in};
    return $!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR} unless defined $count;
    return 0 if $count == 0;
    my @answer = eval { whole_request($client->{in}, $answer) };
    if ($@) {
        my $problem = $@;
        warn $problem if ref $problem ne 'ARRAY';
        @answer = ref $problem eq 'ARRAY' ? ($problem->[0], 'text/plain', "$problem->[1]\n") : (500, 'text/plain', '');
    }
    return 1 unless @answer;
    my ($status, $type, $body) = @answer;
    $client->{out} = "HTTP/1.1 $status $reason{$status}\r\nConnection: close\r\n";
    $client->{out} .= "Content-Type: $type\r\nContent-Length: " . length($body) . "\r\n" if $status != 204;
    $client->{out} .= "\r\n$body";
    return 1;
}

# The answer, or nothing while more must arrive. Dies with [STATUS, MESSAGE] when the request cannot be taken.
sub whole_request {
    my ($text, $answer) = @_;
    my $end = index $text, "\r\n\r\n";
    if ($end < 0) {
        die [400, 'the head is too long'] if length $text > $limit{head};
        return;
    }
    my ($first, @lines) = split /\r\n/, substr $text, 0, $end;
    my ($method, $path, $query) = ($first // '') =~ m{^([A-Z]+) (/[^\s?]*)(?:\?(\S*))? HTTP/1\.[01]$}
        or die [400, 'not an HTTP request'];
    my %headers = map { /^([!-9;-~]+):[ \t]*(.*?)[ \t]*$/ ? (lc $1 => $2) : die [400, 'a header is malformed'] } @lines;
    die [411, 'send a Content-Length'] if defined $headers{'transfer-encoding'};
    my $length = $headers{'content-length'} // 0;
    die [400, 'Content-Length is not a number'] if $length !~ /^\d{1,9}$/;
    die [413, "at most $limit{body} bytes"]     if $length > $limit{body};
    return if length($text) < $end + 4 + $length;
    return $answer->($method, $path, $query // '', \%headers, substr $text, $end + 4, $length);
}

# Sends what the client takes now. False when all is sent, or the client is gone.
sub send_rest {
    my ($client) = @_;
    my $count = syswrite $client->{socket}, $client->{out};
    return $!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR} unless defined $count;
    substr $client->{out}, 0, $count, '';
    return length $client->{out} > 0;
}

# One request; gives (STATUS, BODY). Dies with a sentence when there is no answer within five seconds.
sub request {
    my ($method, $url, $body) = @_;
    my ($host, $port, $path) = $url =~ m{^http://([^/:]+):(\d+)(/.*)?$} or die "'$url' is not http://HOST:PORT/PATH\n";
    local $SIG{ALRM} = sub { die "$host:$port did not answer within $limit{seconds} s\n" };
    alarm $limit{seconds};
    my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Proto => 'tcp')
        or die "cannot connect to $host:$port: $!\n";
    my $head = "$method " . ($path // '/') . " HTTP/1.1\r\nHost: $host:$port\r\nConnection: close\r\n";
    $head .= "Content-Type: application/json\r\nContent-Length: " . length($body) . "\r\n" if defined $body;
    print {$socket} "$head\r\n", $body // '';
    $socket->flush;
    my $text = '';
    1 while sysread $socket, $text, 64 << 10, length $text;
    alarm 0;
    my ($status) = $text =~ m{^HTTP/1\.[01] (\d{3})} or die "$host:$port gave no HTTP answer\n";
    my $end = index $text, "\r\n\r\n";
    die "$host:$port cut its answer off\n" if $end < 0;
    return ($status, substr $text, $end + 4);
}

1;
