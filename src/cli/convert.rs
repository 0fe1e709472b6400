//! `convert`: the configuration of another program as one for herald.

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Exit, print, say, table};
use crate::config::Faults;
use crate::convert::{self, Conversion, Format, Input, Request};

#[derive(Debug, Subcommand)]
pub(super) enum Source {
    /// From ExaBGP and its healthcheck: neighbours, static routes, processes with their option files.
    #[command(
        after_help = "Example:\n  herald convert exabgp /etc/exabgp/exabgp.conf --region westeurope --output herald.toml"
    )]
    Exabgp(Arguments),
    /// From anycast_healthchecker; the neighbours are read from bird.conf, or given.
    #[command(
        after_help = "Example:\n  herald convert anycast-healthchecker /etc/anycast-healthchecker.d --bird /etc/bird/bird.conf"
    )]
    AnycastHealthchecker(Arguments),
    /// From keepalived: addresses, and the scripts that move them; the neighbours are given.
    #[command(
        after_help = "Example:\n  herald convert keepalived /etc/keepalived/keepalived.conf --local-as 65010 --router-id 192.0.2.10 --neighbor 192.0.2.1:65000"
    )]
    Keepalived(Arguments),
}

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The files, or directories with *.conf files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write to this file, which must not be there yet, instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A configuration of BIRD, to read the neighbours from.
    #[arg(long, value_name = "FILE")]
    bird: Vec<PathBuf>,
    /// Our AS number.
    #[arg(long, value_name = "AS")]
    local_as: Option<u32>,
    /// Our BGP identifier.
    #[arg(long, value_name = "ADDRESS")]
    router_id: Option<Ipv4Addr>,
    /// A neighbour, with IPv6 addresses in brackets.
    #[arg(long, value_name = "ADDRESS:AS", value_parser = neighbor)]
    neighbor: Vec<(IpAddr, u32)>,
    /// The region of this machine: the prepend of all its routes becomes that of [region.NAME].
    #[arg(long, value_name = "NAME")]
    region: Option<String>,
    /// The label of addresses that have none in the source, such as lo:web.
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
}

pub(super) fn run(source: &Source) -> Result<Exit, Exit> {
    let (format, arguments) = match source {
        Source::Exabgp(arguments) => (Format::Exabgp, arguments),
        Source::AnycastHealthchecker(arguments) => (Format::AnycastHealthchecker, arguments),
        Source::Keepalived(arguments) => (Format::Keepalived, arguments),
    };
    let request = Request {
        files: read(&arguments.files)?,
        bird: read(&arguments.bird)?,
        local_as: arguments.local_as,
        router_id: arguments.router_id,
        neighbors: arguments.neighbor.clone(),
        region: arguments.region.clone(),
        label: arguments.label.clone(),
    };
    let elsewhere = |path: &str| beside(path, &arguments.files);
    let conversion = convert::convert(format, request, &elsewhere).map_err(|all| {
        all.iter().for_each(show);
        Exit::No
    })?;
    hand_over(&conversion, arguments.output.as_deref())
}

/// Writes the file, then says what there is to know.
fn hand_over(conversion: &Conversion, output: Option<&Path>) -> Result<Exit, Exit> {
    match output {
        Some(path) => write(path, &conversion.toml).map_err(|error| {
            say(format_args!("error: {}: {error}", path.display()));
            if error.kind() == io::ErrorKind::AlreadyExists {
                say("help: no file is overwritten; remove it, or name another");
            }
            Exit::No
        })?,
        None => print(conversion.toml.trim_end()),
    }
    for note in &conversion.notes {
        say(note);
    }
    let Some(faults) = &conversion.faults else { return Ok(Exit::Done) };
    say("\nherald does not take the file yet:\n");
    show(faults);
    Ok(Exit::No)
}

/// All of it in a file that was not there before.
fn write(path: &Path, text: &str) -> io::Result<()> {
    File::create_new(path)?.write_all(text.as_bytes())
}

fn show(faults: &Faults) {
    say(faults.render(table::colour(&io::stderr())));
}

/// All files that can be read; every one that cannot is named.
fn read(paths: &[PathBuf]) -> Result<Vec<Input>, Exit> {
    let mut files = Vec::new();
    let mut exit = Ok(());
    for path in paths {
        match convert::read(path) {
            Ok(read) if read.is_empty() => {
                say(format_args!("error: {}: no *.conf is in this directory", path.display()));
                exit = Err(Exit::No);
            }
            Ok(read) => files.extend(read),
            Err(faults) => {
                show(&faults);
                exit = Err(Exit::No);
            }
        }
    }
    exit.map(|()| files)
}

/// A file that a configuration names: where it says, or beside the configuration, where it lies when
/// it has been copied to another machine.
fn beside(path: &str, files: &[PathBuf]) -> Option<String> {
    let path = Path::new(path);
    let name = path.file_name()?;
    let near = files.iter().map(|file| file.with_file_name(name));
    let places = std::iter::once(path.to_owned()).chain(near);
    places.filter(|place| place.is_file()).find_map(|place| fs::read_to_string(place).ok())
}

fn neighbor(text: &str) -> Result<(IpAddr, u32), String> {
    let read = || {
        let (address, number) = text.rsplit_once(':')?;
        let address = address.trim_start_matches('[').trim_end_matches(']');
        Some((address.parse().ok()?, number.parse().ok()?))
    };
    read()
        .ok_or_else(|| "it takes ADDRESS:AS, such as 192.0.2.1:65000 or [2001:db8::1]:65000".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_is_an_address_and_an_as() {
        assert_eq!(neighbor("192.0.2.1:65000"), Ok(("192.0.2.1".parse().unwrap(), 65000)));
        assert_eq!(neighbor("[2001:db8::1]:1"), Ok(("2001:db8::1".parse().unwrap(), 1)));
        for wrong in ["192.0.2.1", "192.0.2.1:", ":65000", "x:1", "192.0.2.1:4294967296"] {
            assert!(neighbor(wrong).is_err(), "{wrong}");
        }
    }
}
