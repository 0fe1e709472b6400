fn main() {
    for file in std::env::args().skip(1) {
        if file == "--reference" {
            print!("{}", herald::config::reference());
            continue;
        }
        match herald::config::load(std::path::Path::new(&file)) {
            Ok(l) => {
                println!("{file}: ok {} worries\n{}", l.worries.len(), l.worries);
                if std::env::vars().any(|v| v.0 == "SHOW") {
                    println!("{:#?}", l.config)
                }
            }
            Err(f) => println!("{f}\n"),
        }
    }
}
