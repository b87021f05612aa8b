// What time is it there? The command line of the harbour clock, for the person on call:
//
//   node when.mjs --zone Asia/Kathmandu
import minimist from 'minimist';

const { zone = 'UTC' } = minimist(process.argv.slice(2));
console.log(new Date().toLocaleString('en-GB', { timeZone: zone, timeZoneName: 'short' }));
