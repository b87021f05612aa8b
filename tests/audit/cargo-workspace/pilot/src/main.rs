fn main() {
    println!("pilot");
}
