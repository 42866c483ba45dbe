#!/usr/bin/perl
# usage: feed.pl PORT
# Replays data/stocks.csv as a price feed on 127.0.0.1, one month per second, from the first month again after the last.
#   GET /prices/SYMBOL?n=N   the last N prices (1 to 1000, default 12) up to the present month, as CSV: date,price
#   GET /healthz
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use Http;

my $port = shift // die "usage: feed.pl PORT\n";
my $file = dirname(__FILE__) . '/data/stocks.csv';
my %month;
@month{qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)} = map { sprintf '%02d', $_ } 1 .. 12;

my (%prices, %seen);    # symbol => [[date, price], …]; date => 1
open my $input, '<', $file or die "cannot read $file: $!\n";
while (<$input>) {
    my ($symbol, $name, $day, $year, $price) = /^([A-Z]+),([A-Z][a-z]{2}) (\d+) (\d{4}),([\d.]+)\s*$/ or next;
    my $date = sprintf '%s-%s-%02d', $year, $month{$name}, $day;
    push @{ $prices{$symbol} }, [$date, $price];
    $seen{$date} = 1;
}
close $input;
my @dates = sort keys %seen or die "$file holds no prices\n";

$| = 1;
my ($started, $loop, $now) = (time, 0, '');

# Where the replay stands follows from the clock, so a busy machine does not slow the market down.
sub tick {
    my $seconds = time - $started;
    $now = $dates[$seconds % @dates];
    my $loops = int($seconds / @dates);
    return if $loops <= $loop;
    $loop = $loops;
    print "feed: replay $loop is over, again from $dates[0]\n";
}

sub answer {
    my ($method, $path, $query) = @_;
    return (405, 'text/plain', "only GET\n") if $method ne 'GET';
    return (200, 'text/plain', "ok $now\n") if $path eq '/healthz';
    my ($symbol) = $path =~ m{^/prices/([A-Z]+)$} or return (404, 'text/plain', "GET /prices/SYMBOL?n=12\n");
    my $listed = $prices{$symbol} or return (404, 'text/plain', "no such symbol; there are: @{[sort keys %prices]}\n");
    my $count = $query eq '' ? 12 : $query =~ /^n=(\d{1,4})$/ ? $1 : 0;
    return (400, 'text/plain', "n must be 1 to 1000\n") if $count < 1 || $count > 1000;
    my @rows = grep { $_->[0] le $now } @$listed;
    splice @rows, 0, @rows - $count if @rows > $count;
    return (200, 'text/csv', join '', "date,price\n", map { "$_->[0],$_->[1]\n" } @rows);
}

tick();
print "feed: ", scalar keys %prices, " symbols, $dates[0] to $dates[-1], one month per second on 127.0.0.1:$port\n";
Http::serve($port, \&answer, \&tick);
print "feed: stopped\n";
