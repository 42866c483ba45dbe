#!/usr/bin/perl
# usage: http.pl GET URL | http.pl POST URL <BODY.json
# Prints the body of the answer. Exit 0: 2xx; 75: try again later (429, 503); 9: 409; 1: anything else.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use Http;

my ($method, $url) = @ARGV;
die "usage: http.pl GET URL | http.pl POST URL <BODY.json\n" if @ARGV != 2 || $method !~ /^(?:GET|POST)$/;
my $body = $method eq 'POST' ? do { local $/; <STDIN> } : undef;
my ($status, $answer) = eval { Http::request($method, $url, $body) };
if ($@) { warn "http.pl: $@"; exit 1 }
if ($status =~ /^2/) { print $answer; exit 0 }
$answer =~ s/\s+/ /g;
warn "http.pl: $method $url: status $status: ", substr($answer, 0, 500), "\n";
exit($status == 429 || $status == 503 ? 75 : $status == 409 ? 9 : 1);
