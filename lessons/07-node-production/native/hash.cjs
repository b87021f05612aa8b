console.log('installed:', require('node:fs').readdirSync('node_modules/@node-rs').join(', '));
console.log('hash:', require('@node-rs/argon2').hashSync('ahoy').slice(0, 30));
