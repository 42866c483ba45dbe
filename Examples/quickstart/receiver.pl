#!/usr/bin/perl
# usage: receiver.pl PORT
# Takes signals on 127.0.0.1 and keeps the last 1000 in received/signals.jsonl, one JSON object a line.
#   POST /signals/SYMBOL   a JSON object; the answer is 204. An Idempotency-Key that was seen before is taken once.
#   GET /healthz
use strict;
use warnings;
use File::Basename qw(dirname);
use POSIX qw(strftime);
use lib dirname(__FILE__) . '/lib';
use Http;

my $port   = shift // die "usage: receiver.pl PORT\n";
my $folder = dirname(__FILE__) . '/received';
my $file   = "$folder/signals.jsonl";
my $kept   = 1000;

-d $folder or mkdir $folder or die "cannot make $folder: $!\n";
my (@lines, %seen);
if (open my $old, '<', $file) {
    # A line that was cut off by a crash is left out.
    while (my $line = <$old>) { remember($line) if $line =~ /\}\n\z/ }
}
trim();

sub remember {
    my ($line) = @_;
    push @lines, $line;
    $seen{$1} = 1 if $line =~ /^\{"received_at":"[^"]*","key":"([^"]*)"/;
}

# Keeps the last thousand, in memory and in the file, which is replaced in one step.
sub trim {
    for my $line (splice @lines, 0, @lines > $kept ? @lines - $kept : 0) {
        delete $seen{$1} if $line =~ /"key":"([^"]*)"/;
    }
    open my $new, '>', "$file.new" or die "cannot write $file.new: $!\n";
    print {$new} @lines;
    close $new or die "cannot write $file.new: $!\n";
    rename "$file.new", $file or die "cannot replace $file: $!\n";
}

sub answer {
    my ($method, $path, undef, $headers, $body) = @_;
    return (200, 'text/plain', "ok\n") if $method eq 'GET' && $path eq '/healthz';
    my ($symbol) = $path =~ m{^/signals/([A-Z]{1,8})$} or return (404, 'text/plain', "POST /signals/SYMBOL\n");
    return (405, 'text/plain', "only POST\n") if $method ne 'POST';
    my $type = $headers->{'content-type'} // '';
    return (415, 'text/plain', "send application/json\n") if $type !~ m{^application/json\b}i;
    return (400, 'text/plain', "the body is not a JSON object\n") if $body !~ /^\s*\{.*\}\s*$/s;
    my $key = $headers->{'idempotency-key'} // '';
    return (400, 'text/plain', "Idempotency-Key: [A-Za-z0-9._-]{1,128}\n") if $key !~ /^[A-Za-z0-9._-]{0,128}$/;
    return (204, '', '') if $key ne '' && $seen{$key};
    # Line breaks are legal between the tokens of JSON only, where a space means the same.
    $body =~ tr/\r\n/  /;
    my $at = strftime '%Y-%m-%dT%H:%M:%SZ', gmtime;
    remember(qq({"received_at":"$at","key":"$key","symbol":"$symbol","body":$body}\n));
    open my $out, '>>', $file or die "cannot append to $file: $!\n";
    print {$out} $lines[-1];
    close $out or die "cannot append to $file: $!\n";
    trim() if @lines >= 2 * $kept;
    return (204, '', '');
}

$| = 1;
print "receiver: ", scalar @lines, " signals kept so far, listening on 127.0.0.1:$port\n";
Http::serve($port, \&answer, sub { });
print "receiver: stopped\n";
