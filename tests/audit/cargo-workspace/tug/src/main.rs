fn main() {
    println!("tug");
}
