fn main() {
    println!("radar");
}
